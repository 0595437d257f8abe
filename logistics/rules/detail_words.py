"""What a detail page tells its buyers, in their language: handling time, usual transit, service hours; how a price is told."""

from __future__ import annotations

from collections.abc import Mapping

#: Language -> words. Every language has the same keys.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "handling": "Handling time: handed to the carrier within {days} working days after payment.", "transit": "Usual delivery time",
        "days": "{low}–{high} days", "latest": "at the latest after {days} days", "hours": "Customer service: {days} {from}–{to} ({zone})",
        "inside": "{total} incl. shipping", "beside": "{goods} + {freight} shipping", "free": "{total}, free shipping",
    },
    "zh": {
        "handling": "备货时间：付款后 {days} 个工作日内交运。", "transit": "通常运输时间", "days": "{low}–{high} 天",
        "latest": "最迟 {days} 天", "hours": "客服时间：{days} {from}–{to}（{zone}）", "inside": "{total}（含运费）",
        "beside": "{goods} + 运费 {freight}", "free": "{total}，包邮",
    },
    "de": {
        "handling": "Bearbeitungszeit: Übergabe an den Versand innerhalb von {days} Werktagen nach Zahlung.",
        "transit": "Übliche Lieferzeit",
        "days": "{low}–{high} Tage", "latest": "spätestens nach {days} Tagen", "hours": "Kundendienst: {days} {from}–{to} ({zone})",
        "inside": "{total} inkl. Versand", "beside": "{goods} + {freight} Versand", "free": "{total}, versandkostenfrei",
    },
    "fr": {
        "handling": "Préparation : remis au transporteur dans les {days} jours ouvrables après le paiement.",
        "transit": "Délai habituel", "days": "{low} à {high} jours", "latest": "au plus tard après {days} jours",
        "hours": "Service client : {days} {from}–{to} ({zone})", "inside": "{total} livraison comprise",
        "beside": "{goods} + {freight} de livraison", "free": "{total}, livraison gratuite",
    },
    "es": {
        "handling": "Preparación: se entrega al transportista en {days} días laborables tras el pago.", "transit": "Plazo habitual",
        "days": "{low}–{high} días", "latest": "como máximo {days} días", "hours": "Atención al cliente: {days} {from}–{to} ({zone})",
        "inside": "{total} con envío incluido", "beside": "{goods} + {freight} de envío", "free": "{total}, envío gratis",
    },
    "pt": {
        "handling": "Preparação: entregue à transportadora em até {days} dias úteis após o pagamento.", "transit": "Prazo habitual",
        "days": "{low}–{high} dias", "latest": "no máximo {days} dias", "hours": "Atendimento: {days} {from}–{to} ({zone})",
        "inside": "{total} com frete incluído", "beside": "{goods} + {freight} de frete", "free": "{total}, frete grátis",
    },
    "it": {
        "handling": "Preparazione: consegnato al corriere entro {days} giorni lavorativi dal pagamento.",
        "transit": "Tempi abituali",
        "days": "{low}–{high} giorni", "latest": "al più tardi dopo {days} giorni",
        "hours": "Servizio clienti: {days} {from}–{to} ({zone})",
        "inside": "{total} spedizione inclusa", "beside": "{goods} + {freight} di spedizione", "free": "{total}, spedizione gratuita",
    },
    "ru": {
        "handling": "Обработка: передаём перевозчику в течение {days} рабочих дней после оплаты.", "transit": "Обычный срок доставки",
        "days": "{low}–{high} дн.", "latest": "не позднее {days} дн.", "hours": "Служба поддержки: {days} {from}–{to} ({zone})",
        "inside": "{total} с доставкой", "beside": "{goods} + доставка {freight}", "free": "{total}, доставка бесплатно",
    },
}  # fmt: skip


def words_in(language: str) -> Mapping[str, str]:
    """The words of a language; English where there are none."""
    return WORDS.get(language.split("-")[0].lower(), WORDS["en"])


def spans(days: list[int]) -> list[tuple[int, int]]:
    """Weekdays (Monday is 0) as runs: Monday to Saturday is one."""
    runs: list[tuple[int, int]] = []
    for day in sorted(set(days)):
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
