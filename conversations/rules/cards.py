"""Insert cards: what their text may not do. A card thanks and asks for an honest rating; it never pays for one."""

from __future__ import annotations

import re

#: The text of the card in the parcel.
CARD = "C01"
#: Words that promise something for a rating, in the languages we write (whole words or beginnings of words).
_REWARD = re.compile(
    r"discount|coupon|voucher|cash\s*back|refund|reward|bonus|gift\s*card|free\s+(gift|product|item)|\d\s*%|%\s*off|"
    r"скидк|купон|бонус|подар|возврат\s+денег|вознагражд|descuento|cup[oó]n|reembols|recompensa|regalo|desconto|cupom|brinde|"
    r"remise|réduction|bon\s+d['’]achat|rembours|cadeau|rabatt|gutschein|erstattung|geschenk|belohnung|sconto|buono|rimbors|regalo|omaggio|"
    r"返现|优惠券|折扣|红包|赠品|礼品|奖励|返利",
    re.IGNORECASE,
)  # fmt: skip


def rewards_in(text: str) -> list[str]:
    """The words of ``text`` that promise something for a rating, each once."""
    return list(dict.fromkeys(found.group(0).strip() for found in _REWARD.finditer(text)))
