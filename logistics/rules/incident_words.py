"""What an incident is called to a buyer, in the buyer's language: a reason that stands in a sentence. Pure."""

from __future__ import annotations

#: kind -> language -> words.
REASONS: dict[str, dict[str, str]] = {
    "strike": {
        "en": "a strike at the carrier", "ru": "забастовка у перевозчика", "es": "una huelga del transportista",
        "pt": "uma greve da transportadora", "fr": "une grève chez le transporteur",
        "de": "ein Streik beim Zusteller", "it": "uno sciopero del corriere", "pl": "strajk u przewoźnika",
        "nl": "een staking bij de vervoerder", "tr": "kargo şirketindeki grev", "ar": "إضراب لدى شركة الشحن",
        "he": "שביתה אצל חברת המשלוחים", "ja": "運送会社のストライキ", "ko": "운송사 파업",
        "uk": "страйк у перевізника", "zh": "承运商罢工",
    },
    "flight": {
        "en": "cancelled or delayed flights", "ru": "отмена или задержка рейсов",
        "es": "vuelos cancelados o retrasados", "pt": "voos cancelados ou atrasados",
        "fr": "des vols annulés ou retardés", "de": "ausgefallene oder verspätete Flüge",
        "it": "voli cancellati o in ritardo", "pl": "odwołane lub opóźnione loty",
        "nl": "geannuleerde of vertraagde vluchten", "tr": "iptal edilen veya geciken uçuşlar",
        "ar": "إلغاء الرحلات الجوية أو تأخرها", "he": "טיסות שבוטלו או התעכבו", "ja": "航空便の欠航または遅延",
        "ko": "항공편 결항 또는 지연", "uk": "скасовані або затримані рейси", "zh": "航班取消或延误",
    },
    "flood": {
        "en": "flooding or storms on the route", "ru": "наводнение или шторм на маршруте",
        "es": "inundaciones o temporales en la ruta", "pt": "inundações ou tempestades na rota",
        "fr": "des inondations ou tempêtes sur le trajet", "de": "Überschwemmung oder Sturm auf der Strecke",
        "it": "alluvioni o tempeste lungo il percorso", "pl": "powódź lub burze na trasie",
        "nl": "overstromingen of storm op de route", "tr": "güzergâhtaki sel veya fırtına",
        "ar": "فيضانات أو عواصف على الطريق", "he": "שיטפונות או סערות במסלול", "ja": "輸送経路での洪水または暴風",
        "ko": "운송 경로의 홍수 또는 폭풍", "uk": "повінь або шторм на маршруті", "zh": "途中遭遇洪水或风暴",
    },
    "customs": {
        "en": "customs being closed or overloaded", "ru": "закрытие или перегрузка таможни",
        "es": "el cierre o la saturación de la aduana", "pt": "a alfândega fechada ou sobrecarregada",
        "fr": "la fermeture ou la surcharge de la douane", "de": "geschlossener oder überlasteter Zoll",
        "it": "la chiusura o il sovraccarico della dogana", "pl": "zamknięcie lub przeciążenie urzędu celnego",
        "nl": "gesloten of overbelaste douane", "tr": "kapalı veya yoğun gümrük", "ar": "إغلاق الجمارك أو ازدحامها",
        "he": "סגירה או עומס במכס", "ja": "税関の閉鎖または混雑", "ko": "세관 폐쇄 또는 혼잡",
        "uk": "закриття або перевантаження митниці", "zh": "海关关闭或积压",
    },
    "other": {
        "en": "a disruption on the route", "ru": "сбой на маршруте", "es": "una interrupción en la ruta",
        "pt": "uma interrupção na rota", "fr": "une perturbation sur le trajet", "de": "eine Störung auf der Strecke",
        "it": "un’interruzione lungo il percorso", "pl": "zakłócenia na trasie", "nl": "een verstoring op de route",
        "tr": "güzergâhtaki bir aksaklık", "ar": "اضطراب على الطريق", "he": "שיבוש במסלול", "ja": "輸送経路での障害",
        "ko": "운송 경로의 장애", "uk": "збій на маршруті", "zh": "途中运输受阻",
    },
}  # fmt: skip


def reason_in(kind: str, language: str) -> str:
    """The reason in the buyer's language, else in English."""
    words = REASONS.get(kind, REASONS["other"])
    return words.get(language) or words.get(language.split("-")[0]) or words["en"]
