"""Contracts of campaigns: what the shop's past says, the list of a plan, what it rests on, its result."""

from __future__ import annotations

from siyu_cli.core.lifecycle.tables import RFM_SEGMENTS, SEGMENTS, STAGES
from siyu_cli.tables.column import Table, column

# Whence a number is: stated by the operator, or seen.
SOURCES = {"assumption": ("assumption", "假设"), "measured": ("measured", "实测")}

# By what members can be put into groups that answer differently.
GROUPINGS = {
    "stage": ("Stage", "生命周期阶段"),
    "rfm_segment": ("RFM segment", "RFM 分群"),
    "custom_segments": ("Own segment", "自定义分群"),
}
_GROUPS = {**STAGES, **{key: words[-2:] for key, words in RFM_SEGMENTS.items()}}

BASELINE = Table("baseline", "Without an offer", "无优惠时的基线", "one row per group that has members", (
    column("text", "grouping", "Grouped by", "分组方式", labels=GROUPINGS),
    column("text", "segment", "Segment", "分群", labels=_GROUPS),
    column("count", "members", "Members now", "现有人数"),
    column("count", "members_then", "Members then", "当时人数", note="in this group one horizon ago"),
    column("count", "buyers", "Bought since", "之后购买人数", note="of these, who bought within the horizon that followed"),
    column("rate", "purchase_rate", "Purchase rate without an offer", "无优惠购买率", note="bought since / members then"),
    column("rate", "purchase_rate_low", "From", "下限", note="lower end of the purchase rate's 95 percent interval (Wilson)"),
    column("rate", "purchase_rate_high", "To", "上限", note="upper end of the purchase rate's 95 percent interval (Wilson)"),
    column("number", "order_value", "Order value without an offer", "无优惠笔单价", shown_as="money",
            note="net sales / orders of those who bought since"),
    column("text", "source", "Source", "来源", labels=SOURCES,
            note="measured: seen on the shop's own past; assumption: nobody was in this group then, state it yourself"),
))

KINDS = {
    "coupon": ("coupon", "优惠券"), "discount": ("discount", "折扣"), "gift": ("gift", "赠品"),
    "points": ("points", "积分兑换"), "free_shipping": ("free shipping", "包邮"), "giveaway": ("giveaway", "抽奖"),
    "referral": ("referral", "分享奖励"), "kol": ("kol", "达人码"),
}

ARMS = {"treatment": ("treatment", "实验组"), "control": ("control", "对照组")}
# Why somebody is in their arm, or in none, as one reads it in a list; what each means is in ``eligibility.REASONS``.
REASON_WORDS = {
    "best_offer": ("worth most within the budget", "预算内最值得"),
    "explore": ("drawn at random", "随机抽取"),
    "control": ("left alone for comparison", "留作对照"),
    "control_idle": ("left alone, would have got nothing", "留作对照（本来也不发）"),
    "outside_audience": ("outside the audience", "不在活动人群内"),
    "refuses_profiling": ("refuses automated decisions", "拒绝自动化决策"),
    "minor": ("under 18", "未满 18 岁"),
    "unfriended": ("unfriended", "好友流失"),
    "consent_withdrawn": ("consent withdrawn", "已撤回同意"),
    "consent_unknown": ("consent unknown", "未知是否同意"),
    "control_elsewhere": ("control group of another campaign", "其他活动的对照组"),
    "other_campaign": ("in another campaign", "已在其他活动中"),
    "contacted_lately": ("contacted lately", "近期已触达"),
    "contact_limit": ("contact limit reached", "触达次数已满"),
    "no_offer": ("no offer for them", "没有适用的优惠"),
    "owner_full": ("employee has no room", "归属员工已满"),
    "not_chosen": ("worth more with others", "用在别人身上更值"),
    "not_drawn": ("enough others were drawn", "已抽够人数"),
    "not_worthwhile": ("expected to add nothing", "预计没有增量"),
}

ASSIGNED = Table("assigned", "Who gets what", "活动名单", "one row per member with an offer, and per member of the control group", (
    SEGMENTS["member_id"],
    column("text", "campaign", "Campaign", "活动"),
    column("text", "arm", "Arm", "组别", labels=ARMS, note="treatment gets an offer; control is left alone and must not be contacted"),
    column("text", "offer", "Offer", "优惠"),
    column("money", "offer_value", "Face value", "面额", note="what one use costs the shop, on an order as this member's usual one"),
    column("text", "code", "Code", "券码", note="made when a file is written, each but once; nobody can guess one"),
    column("money", "expected_cost", "Expected cost", "预计成本", note="chance of use × face value + contact, of those who would have bought anyway, too"),
    column("money", "expected_value", "Expected value", "预计增量毛利", note="margin that would not come otherwise, before the discount"),
    column("text", "reason", "Why", "原因", labels=REASON_WORDS),
    SEGMENTS["owner"],
    column("date", "valid_until", "Valid until", "有效期至"),
))

EXCLUDED = Table("excluded", "Left out", "未纳入", "one row per reason", (
    ASSIGNED["reason"],
    column("count", "members", "Members", "人数"),
    column("text", "meaning", "Meaning", "说明"),
))
EXCLUDED_MEMBERS = Table("excluded_members", "Who is left out", "未纳入名单", "one row per member who gets nothing and is no control", (
    SEGMENTS["member_id"], ASSIGNED["reason"],
))

CELLS = Table("campaign_cells", "Who gets what", "给谁发什么", "one row per segment and offer that is given", (
    BASELINE["segment"],
    ASSIGNED["offer"],
    EXCLUDED["members"],
    column("count", "control", "Control to compare with", "可比对照组人数", note="of the control group, those of this segment whom the offer is compared with"),
    column("rate", "redemption_rate", "Redemption rate", "核销率", note="chance that a member who gets the offer uses it"),
    BASELINE["purchase_rate"],
    column("rate", "uplift", "Uplift", "购买率增量", note="purchase rate with the offer − without it"),
    column("rate", "uplift_low", "Uplift from", "增量下限", note="lower end of the 95 percent interval, where the uplift was measured"),
    column("rate", "uplift_high", "Uplift to", "增量上限", note="upper end of the 95 percent interval, where the uplift was measured"),
    column("rate", "break_even_uplift", "Break-even uplift", "保本增量", note="(redemptions of who buys anyway × face value + contact) / (margin − face value); empty where none would pay"),
    column("rate", "mde", "Least rise that shows", "最小可检测增量", note="least rise of the purchase rate that would be told from none, power 80 percent at alpha 5 percent"),
    ASSIGNED["expected_cost"],
    column("money", "worst_cost", "Cost at worst", "最坏成本", note="everybody uses everything, and contact"),
    ASSIGNED["expected_value"],
    column("text", "base_source", "Rate without an offer is", "基线来源", labels=SOURCES, note="measured: on the shop's own past; assumption: stated"),
    column("text", "uplift_source", "Uplift is", "增量来源", labels=SOURCES, note="measured: by an evaluated campaign; assumption: stated"),
))

OFFERS = Table("campaign_offers", "Offers and stock", "优惠与库存", "one row per offer of the plan", (
    ASSIGNED["offer"],
    EXCLUDED["members"],
    column("count", "stock", "Stock", "库存", note="in members, each of whom may use it as often as they may; empty: no limit"),
    column("number", "price", "One more piece brings", "多一份的价值", shown_as="money", note="shadow price μ of the stock"),
))

CURVE = Table("budget_curve", "What a budget brings", "预算曲线", "one row per budget", (
    column("money", "budget", "Budget", "预算"),
    ASSIGNED["expected_value"],
    column("number", "lambda", "One more brings", "每多 1 元带来", shown_as="mark", note="λ: margin that one more unit of budget brings; below 1 it costs more than that"),
))

SENSITIVITY = Table("sensitivity", "If the uplift is different", "敏感性", "one row per factor", (
    column("number", "factor", "Uplift ×", "增量倍数"),
    ASSIGNED["expected_value"],
    ASSIGNED["expected_cost"],
    column("money", "net", "Value − cost", "净增毛利"),
    column("money", "best_value", "Best plan then", "此时的最优方案", note="value of the best plan for that uplift within the same budget"),
    column("count", "changed", "Would be treated otherwise", "会改发的人数"),
    column("text", "flips", "From → to", "改动"),
))

CAPACITY = Table("campaign_owners", "By employee", "按员工", "one row per employee with members to contact", (
    SEGMENTS["owner"],
    EXCLUDED["members"],
    column("count", "capacity", "Can reach", "最多触达", note="limits.contacts_per_owner of the plan"),
    ASSIGNED["expected_cost"],
    ASSIGNED["expected_value"],
))

LEVELS = {"info": ("to know", "提示"), "warning": ("warning", "注意"), "refusal": ("refusal", "禁止")}
COMPLIANCE = Table("campaign_compliance", "What the law looks at", "合规检查", "one row per finding", (
    column("text", "code", "Rule", "规则"),
    column("text", "level", "Level", "程度", labels=LEVELS),
    column("text", "message", "Finding", "发现"),
))

PLAN_FIGURES = Table("plan_figures", "Plan", "方案", "one row per plan", (
    CURVE["budget"],
    column("count", "members_eligible", "Eligible", "符合条件人数", note="may be treated or left alone for comparison"),
    column("count", "members_treated", "Get an offer", "发放人数"),
    column("count", "members_control", "Control group", "对照组人数", note="drawn among the eligible by salted hash before anything is assigned"),
    column("count", "members_compared", "Control to compare with", "可比对照组人数", note="of the control group, those who would have got an offer as well"),
    ASSIGNED["expected_cost"],
    column("money", "p95_cost", "Cost, 95 of 100", "P95 成本", note="at most so much in 95 of 100 cases: expected + 1.645 standard deviations"),
    column("money", "worst_case_cost", "Cost at worst", "最坏成本", note="everybody uses everything, and contact"),
    ASSIGNED["expected_value"],
    column("money", "bound", "Nothing brings more than", "价值上界", note="no assignment within budget and limits brings more (Lagrangian bound)"),
    column("number", "gap", "Gap", "差距", shown_as="digits", note="1 − expected value / bound"),
    column("number", "lambda", "One more brings", "每多 1 元带来", shown_as="mark", note="λ: margin that one more unit of budget brings; below 1 it costs more than that"),
    CELLS["mde"],
))

VERDICTS = {
    "effective": ("effective", "有效"),
    "not_effective": ("not effective or harmful", "无效或有害"),
    "not_enough_evidence": ("not enough evidence", "证据不足"),
    "withheld": ("withheld: the arms are not what was drawn", "不下结论：分组与抽取不符"),
}
METRICS = {"purchase": ("Purchase rate", "购买率"), "net_sales": ("Net sales per member", "人均净消费额")}

# How a difference was tested, as ``experiment`` and ``evaluation`` name it.
TESTS = {
    "pooled z, wald interval": ("pooled z, Wald's interval", "合并方差 z 检验，Wald 区间"),
    "pooled z, newcombe interval": ("pooled z, Newcombe's interval", "合并方差 z 检验，Newcombe 区间"),
    "Welch t": ("Welch's t", "Welch t 检验"),
    "Welch t, CUPED": ("Welch's t, CUPED", "Welch t 检验，CUPED"),
    "Welch t, delta method": ("Welch's t, delta method", "Welch t 检验，delta 方法"),
    "none: fewer than two people": ("none: fewer than two people", "无法检验：不足两人"),
    "none: nothing to divide by": ("none: nothing to divide by", "无法检验：分母为 0"),
}

ARM_RESULTS = Table("campaign_arms", "What each arm did", "各组表现", "one row per arm and metric", (
    column("text", "arm", "Arm", "组别", labels=ARMS),
    column("text", "metric", "Metric", "指标", labels=METRICS),
    column("count", "people", "Members", "人数", note="as assigned, reached or not (intention to treat)"),
    column("number", "sum", "Sum", "合计"),
    column("number", "mean", "Mean", "均值", shown_as="digits"),
    column("number", "sd", "Standard deviation", "标准差", shown_as="digits"),
))

EFFECTS = Table("campaign_effects", "What the campaign did", "活动效果", "one row per arm and metric, beside the control", (
    ARM_RESULTS["arm"],
    ARM_RESULTS["metric"],
    column("number", "difference", "Difference", "差值", shown_as="digits", note="mean of the arm − mean of the control"),
    column("rate", "relative", "Relative", "相对变化", note="difference / mean of the control"),
    column("number", "ci_low", "From", "下限", shown_as="digits", note="lower end of the 95 percent interval of the difference"),
    column("number", "ci_high", "To", "上限", shown_as="digits", note="upper end of the 95 percent interval of the difference"),
    column("text", "test", "Test", "检验", labels=TESTS),
    column("number", "statistic", "Statistic", "统计量", shown_as="digits"),
    column("number", "p", "p", "p 值", shown_as="digits"),
    column("number", "p_holm", "p, Holm", "p 值（Holm）", shown_as="digits", note="adjusted for all metrics and arms that were looked at"),
    column("number", "least", "Least that shows", "最小可检测差值", shown_as="digits", note="least difference that arms of this size would show, power 80 percent at alpha 5 percent"),
    column("rate", "variance_reduction", "Noise taken away", "方差缩减", note="by what members spent before (CUPED)"),
    column("text", "verdict", "Verdict", "结论", labels=VERDICTS),
))

POWER = Table("campaign_power", "What can be proved", "能证明什么", "one row per share left alone", (
    column("rate", "control_share", "Control share", "对照组比例"),
    column("count", "members_needed", "Members needed", "需要的会员数", note="in all, both arms, to tell the rise from none: power 80 percent at alpha 5 percent; empty where no shop has so many"),
    column("count", "members", "Members there are", "现有会员数"),
    column("rate", "mde", "Least rise that shows", "最小可检测增量", note="of so many members"),
))

PARTS = Table("campaign_parts", "By offer and segment", "按优惠与分群", "one row per offer, per segment, per both, and metric", (
    BASELINE["segment"],
    ASSIGNED["offer"],
    ARM_RESULTS["metric"],
    ARM_RESULTS["people"],
    column("count", "control_people", "Control", "对照人数", note="of the control group, those it is compared with"),
    column("number", "mean", "With it", "有优惠", shown_as="digits"),
    column("number", "control_mean", "Without", "无优惠", shown_as="digits"),
    EFFECTS["difference"],
    EFFECTS["ci_low"],
    EFFECTS["ci_high"],
    EFFECTS["p"],
    column("number", "p_holm", "p, Holm", "p 值（Holm）", shown_as="digits", note="adjusted for all offers, all segments, or all of both, and metrics"),
    EFFECTS["verdict"],
))

LEARNED = Table("campaign_learned", "Response table", "响应表", "one row per offer and segment that campaigns were learned from", (
    ASSIGNED["offer"],
    BASELINE["segment"],
    column("count", "campaigns", "Campaigns", "活动数", note="this offer was learned from so many"),
    column("rate", "seen", "Seen", "所见增量", note="purchase rate with the offer − without, of this segment alone, over all campaigns"),
    column("number", "seen_error", "Standard error", "标准误", shown_as="digits", note="of what was seen"),
    column("rate", "expected", "To expect", "预期增量", note="drawn towards the mean of all segments as far as noise demands (empirical Bayes)"),
    column("rate", "low", "From", "下限", note="lower end of the 95 percent interval of what is to be expected"),
    column("rate", "high", "To", "上限", note="upper end of the 95 percent interval of what is to be expected"),
))

STATUSES = {
    "planned": ("planned", "待开始"), "running": ("running", "进行中"), "over": ("over, not evaluated", "已结束，未评估"),
    "evaluated": ("evaluated", "已评估"), "learned": ("learned from", "已学习"),
}
CAMPAIGNS = Table("campaigns", "Campaigns", "活动", "one row per campaign whose list was written", (
    column("text", "campaign", "Campaign", "活动"),
    column("date", "starts_on", "First day", "开始日"),
    column("date", "ends_on", "Last day", "结束日"),
    column("text", "status", "Status", "状态", labels=STATUSES),
    PLAN_FIGURES["members_treated"],
    PLAN_FIGURES["members_control"],
    CURVE["budget"],
    ASSIGNED["expected_cost"],
    ASSIGNED["expected_value"],
    column("count", "looks", "Looks", "查看次数", note="dates it was evaluated as of"),
    EFFECTS["verdict"],
))
RESULTS = Table("campaign_results", "Results", "历次结果", "one row per date it was evaluated as of, arm and metric", (
    column("date", "as_of", "As of", "统计日"),
    *(EFFECTS[key] for key in ("arm", "metric", "difference", "ci_low", "ci_high", "verdict")),
))
