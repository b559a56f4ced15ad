"""Contracts of risks: the register, its indicators, what needs somebody, what was decided and when, figures."""

from __future__ import annotations

from dataclasses import replace

from siyu_cli.tables.column import Table, column
from siyu_cli.tables.inputs import MEMBERS

BANDS = {"low": ("Low", "低"), "medium": ("Medium", "中"), "high": ("High", "高")}
STATUSES = {
    "identified": ("Identified", "已识别"),
    "analysed": ("Analysed", "已分析"),
    "treating": ("Being treated", "处理中"),
    "monitoring": ("Monitored", "监控中"),
    "closed": ("Closed", "已关闭"),
}
TREATMENTS = {
    "avoid": ("Avoid", "规避"),
    "reduce": ("Reduce", "降低"),
    "share": ("Share", "分担"),
    "accept": ("Accept", "接受"),
}
# What may happen; where it comes from and what may follow stand in docs/risk.md.
EVENTS = {
    "old_lists": ("Old lists still lie about", "旧的个人信息名单仍未删除"),
    "readable_lists": ("Lists that others can read", "他人可读取个人信息名单"),
    "excess_data": ("ID cards, addresses in exports", "导出文件带有身份证号或地址"),
    "no_basis": ("Contacts without a basis", "在没有合法依据时触达"),
    "few_carry_sales": ("Sales hang on few", "销售过于集中"),
    "offers_drained": ("Offers are drained", "优惠被薅"),
    "refunds_abused": ("Suspicious refunds", "退款异常偏多"),
    "promises_due": ("Promises come due", "积分与优惠负债兑付"),
    "pyramid_selling": ("Pyramid-like rewards", "裂变奖励有传销风险"),
    "old_exports": ("Decisions on old exports", "依据的数据已过期"),
    "model_misleads": ("Churn model misleads", "流失模型失灵"),
    "nobody_hears": ("Failed notifications", "通知未送达"),
}
# The code of each, whose place is its number for good: a new one goes to the end.
CODES = {
    "PII-OLD": "old_lists",
    "PII-MODE": "readable_lists",
    "PII-INPUT": "excess_data",
    "CONSENT": "no_basis",
    "CONC": "few_carry_sales",
    "PROMO": "offers_drained",
    "REFUND": "refunds_abused",
    "LIAB": "promises_due",
    "PYRAMID": "pyramid_selling",
    "STALE": "old_exports",
    "MODEL": "model_misleads",
    "NOTIFY": "nobody_hears",
}
MEASURES = {
    "old_files": ("Old files still there", "仍在的过期文件"),
    "readable_files": ("Files others may read", "他人可读的文件"),
    "personal_inputs": ("Files with ID cards or addresses", "含身份证或地址的文件"),
    "unknown_basis": ("Contacts without a known basis", "依据不明的触达"),
    "after_withdrawal": ("Contacts after a refusal", "拒绝后的触达"),
    "top_share": ("Share of the first", "第一名占比"),
    "hhi": ("HHI", "HHI 集中度"),
    "effective": ("As many equal ones (1/HHI)", "等效个数（1/HHI）"),
    "sole_employee_share": ("Sales behind friends of one employee only", "仅一名员工好友的销售占比"),
    "only_with_coupon_rate": ("Redemptions by who never buys without", "从不原价购买者的核销占比"),
    "sharing_people": ("Invited people who share", "共用信息的被邀请人"),
    "extra_first_coupons": ("First coupons beyond one a group", "同组多领的首单券"),
    "suspicious_members": ("Members with suspicious refunds", "退款可疑的会员"),
    "suspicious_employees": ("Employees with suspicious refunds", "退款可疑的员工"),
    "suspicious_refunds": ("Refunded to these members", "可疑会员的退款额"),
    "points_liability": ("Liability of points", "积分负债"),
    "offers_all_redeemed": ("Running offers, all redeemed", "进行中优惠（全部核销）"),
    "offers_expected": ("Running offers, expected", "进行中优惠（预期）"),
    "reward_depth": ("Levels that are paid", "奖励层级"),
    "entry_fees": ("Invites with an entry fee", "含入会费的邀请"),
    "depth_people": ("Levels × people", "层级×人数"),
    "newest_order_days": ("Age of the newest order, days", "最新订单距今天数"),
    "behind_recency": ("AUC of recency less the model's", "近度 AUC 减模型 AUC"),
    "failed_notices": ("Failed notifications in a row", "连续未送达的通知"),
}
PARTS = {
    "owner": ("Employee", "员工"),
    "store": ("Store", "门店"),
    "source_channel": ("Channel", "渠道"),
    "member": ("Member", "会员"),
}
# What is asked of somebody, the most pressing first.
TASKS = {
    "overdue": ("Overdue: finish or re-date", "已逾期：处理或改期"),
    "reopen": ("Back again: reopen it", "再次出现：重新打开"),
    "assign": ("Assign an owner, a date", "指定责任人和期限"),
    "judge": ("Rate likelihood, consequence", "评定可能性和后果"),
    "treat": ("Choose a treatment", "确定应对方式"),
    "soon": ("Due within a week", "一周内到期"),
}

_IDS = (
    column("text", "risk_id", "Risk", "风险编号", note="the same in every shop, of one code each"),
    column("text", "code", "Code", "代码"),
    column("text", "event", "Event", "事件", labels=EVENTS, note="what may happen"),
)
RISKS = Table("risk_register", "Risks", "风险登记", "one row per risk, what needs somebody first", (
    *_IDS,
    column("text", "band", "Proposed", "建议等级", labels=BANDS, note="the worst of its indicators; empty where nothing could be measured"),
    column("count", "likelihood", "Likelihood", "可能性", note="1 to 5, judged by a person"),
    column("count", "consequence", "Consequence", "后果", note="1 to 5, judged by a person"),
    column("count", "level", "Level", "风险值", note="likelihood × consequence"),
    column("text", "treatment", "Treatment", "应对方式", labels=TREATMENTS),
    column("count", "residual", "Residual", "剩余风险", note="the level that is left once treated, 1 to 25, judged by a person"),
    replace(MEMBERS["owner"], en="Owner", zh="责任人", note="who answers for it"),
    column("date", "due_on", "Due on", "期限"),
    column("text", "status", "Status", "状态", labels=STATUSES, note="empty: not in the register"),
    column("flag", "is_overdue", "Overdue", "已逾期", note="not closed, and the day after due_on has come"),
))

NEEDS = Table("risk_needs", "What needs somebody this week", "本周需要处理", "one row per risk that waits for somebody, the most pressing first", (
    RISKS["risk_id"],
    column("text", "task", "What to do", "要做什么", labels=TASKS),
    RISKS["event"],
    RISKS["band"],
    column("text", "because", "Because", "依据"),
    RISKS["level"],
    RISKS["owner"],
    RISKS["due_on"],
))

INDICATORS = Table("risk_indicators", "Indicators", "指标", "one row per indicator that was measured", (
    RISKS["risk_id"],
    RISKS["code"],
    column("text", "measure", "Indicator", "指标", labels=MEASURES),
    column("text", "by", "Of", "按", labels=PARTS),
    column("text", "value", "Value", "数值"),
    column("text", "threshold", "Threshold", "阈值", note="the one reached, else the first"),
    RISKS["band"],
    column("text", "evidence", "Evidence", "证据", note="members by their ids alone"),
))

# What evidence says, whatever it is of.
EVIDENCE = Table("risk_evidence", "Evidence", "证据", "one row per member, employee, file or the like an indicator rests on", (
    MEMBERS["member_id"], MEMBERS["owner"], MEMBERS["store"], MEMBERS["source_channel"],
    column("text", "folder", "Folder", "文件夹"),
    column("text", "file", "File", "文件"),
    column("count", "rows", "Rows", "行数"),
    column("count", "days", "Days ago", "距今天数"),
    column("text", "columns", "Columns", "列"),
    column("count", "contacts", "Contacts", "触达次数"),
    column("date", "last_on", "Last on", "最近日期"),
    column("date", "sent_on", "On", "日期"),
    column("text", "destination", "To", "去向"),
    column("money", "net_sales", "Net sales", "净消费额"),
    column("rate", "share", "Share", "占比"),
    column("rate", "known_share", "Known of", "有归属的销售占比"),
    column("count", "members", "Members", "会员数"),
    column("date", "newest_on", "Newest order", "最新订单"),
    column("count", "redeemed", "Redeemed", "核销"),
    column("count", "orders", "Orders", "订单数"),
    column("count", "given_back", "Given back", "退款单数"),
    column("money", "refunded_amount", "Refunded", "退款金额"),
    column("number", "tail", "Chance of as many", "偶然概率", shown_as="digits", note="by how often orders of the others come back"),
    column("count", "participants", "Take part", "参与人数"),
    column("text", "campaign", "Campaign", "活动"),
    column("date", "ends_on", "Ends on", "结束日期"),
    column("money", "all_redeemed", "All redeemed", "全部核销"),
    column("money", "expected", "Expected", "预期"),
    column("text", "cutoff", "Looked back from", "回测日"),
    column("text", "model", "Model", "模型"),
    column("number", "auc", "AUC", "AUC", shown_as="mark"),
    column("number", "recency_auc", "AUC of recency", "近度 AUC", shown_as="mark"),
    column("text", "service", "Service", "服务"),
    column("count", "failed", "Failed", "未送达"),
))

UNMEASURED = Table("risk_unmeasured", "Not measured", "未测量", "one row per indicator whose data are missing", (
    RISKS["risk_id"],
    RISKS["code"],
    INDICATORS["measure"],
    INDICATORS["by"],
    column("text", "needs", "Needs", "需要"),
))

HISTORY = Table("risk_history", "What was decided", "处理记录", "one row per change of a risk, the last first", (
    RISKS["risk_id"],
    column("date", "as_of", "On", "日期"),
    column("text", "said", "What was said", "内容"),
))

FIGURES = Table("risks_counted", "Risks", "风险", "the figures --fail-on may ask of", (
    column("count", "overdue", "Overdue", "已逾期", note=RISKS["is_overdue"].note),
    column("count", "waiting", "Waiting for somebody", "待处理", note="stand in the list of what needs somebody this week"),
    column("count", "high", "High", "高风险", note="proposed by an indicator that reached its second threshold"),
    column("count", "medium", "Medium", "中风险", note="proposed by an indicator that reached its first threshold"),
    column("count", "opened", "In the register", "登记中", note="identified, analysed, treating or monitoring"),
    column("count", "unmeasured", "Not measured", "未测量", note="risks none of whose indicators could be measured"),
))
