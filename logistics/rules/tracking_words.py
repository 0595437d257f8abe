"""What a carrier's words mean, for events that come without a stage (files, typed by hand). Pure."""

from __future__ import annotations

#: Phrases in lower case, the more telling first; the first that occurs decides.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("returned", ("returned to sender", "return delivered", "delivered to sender", "退回妥投", "已退回", "退件签收")),
    ("returning", ("return", "being sent back", "refused by", "unclaimed", "退回", "退件", "拒收")),
    ("lost", ("declared lost", "shipment lost", "destroyed", "丢失", "遗失", "销毁")),
    ("attempted", (
        "attempted", "unsuccessful delivery", "delivery failed", "delivery attempt", "not delivered", "addressee absent",
        "nobody home", "undeliver", "投递失败", "未妥投", "派送不成功", "无人",
    )),
    ("ready_for_collection", (
        "ready for collection", "ready for pick", "available for pick", "awaiting collection", "held at post office",
        "to be collected", "arrived at the pick", "待领取", "到达待取", "等待自取", "可领取", "自提",
    )),
    ("out_for_delivery", ("out for delivery", "with delivery courier", "with the courier", "派送中", "正在派送", "安排投递", "派件")),
    ("held", ("held by customs", "customs hold", "detained", "customs: information required", "海关扣", "扣留", "查扣")),
    ("delivered", ("delivered", "delivery successful", "received by addressee", "签收", "妥投", "已投递")),
    ("export_customs", ("export customs", "origin customs", "出口报关", "出口海关", "出口清关")),
    ("import_customs", ("import customs", "customs", "inbound customs", "进口海关", "清关", "海关")),
    ("left_origin", (
        "departed country of origin", "left the origin country", "departure from outward", "despatched to overseas", "handed to airline",
        "airline departed", "flight departed", "离开中国", "出境", "出口互换局封发", "已交航空", "航班起飞",
    )),
    ("arrived", (
        "arrived at destination country", "arrival to the destination country", "arrived in destination", "inward office",
        "arrived at inward", "到达目的国", "到达目的地国家", "进口互换局", "目的地国家",
    )),
    ("picked_up", (
        "picked up", "accepted", "acceptance", "collected from", "posting", "收寄", "揽收", "收件", "揽件",
    )),
    ("registered", (
        "information received", "pre-advice", "label created", "electronic", "registered", "order created",
        "电子信息", "下单", "预报",
    )),
)  # fmt: skip


def stage_of(text: str) -> str:
    """The stage that the words of an event mean; anything else is "in_transit"."""
    low = text.casefold()
    for stage, words in _WORDS:
        if any(word in low for word in words):
            return stage
    return "in_transit"
