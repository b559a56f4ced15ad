"""What is shown of playbooks: the steps of a run, and the last runs."""

from __future__ import annotations

from siyu_cli.tables.column import Table, column

STATES = {
    "running": ("Running or killed", "进行中或被中断"),
    "intended": ("Begun, end unknown", "已开始，结果未知"),
    "unknown": ("Unknown", "未知"),
    "done": ("Done", "已完成"),
    "failed": ("Failed", "失败"),
    "skipped": ("Left out", "未执行"),
    "given_up": ("Given up", "已放弃"),
}

RUN_STEPS = Table(
    "run_steps",
    "Steps",
    "步骤",
    "one row per step of a playbook's run, in order",
    (
        column("text", "step", "Step", "步骤"),
        column("text", "command", "Command", "命令"),
        column("text", "state", "State", "状态", labels=STATES),
        column("count", "code", "Exit code", "退出码"),
        column("text", "condition", "Condition", "条件"),
        column("text", "told", "What became of it", "结果"),
    ),
)

PAST_RUNS = Table(
    "playbook_runs",
    "Runs of playbooks",
    "任务单运行记录",
    "one row per step, the last run first",
    (
        column("text", "playbook", "Playbook", "任务单"),
        column("date", "run_as_of", "As of", "统计日"),
        column("text", "begun_at", "Begun at", "开始时间"),
        column("text", "run_state", "Run", "运行状态", labels=STATES),
        *(RUN_STEPS[key] for key in ("step", "state", "code", "told")),
    ),
)
