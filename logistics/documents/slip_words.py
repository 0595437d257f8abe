"""Words of packing slips and return labels in the languages of buyers; English where there is none."""

from __future__ import annotations

from collections.abc import Mapping

NAMES = (
    "title",
    "order",
    "to",
    "service",
    "number",
    "article",
    "name",
    "pieces",
    "total",
    "thanks",
    "return_",
    "from",
    "hint",
)
_ROWS: Mapping[str, tuple[str, ...]] = {
    "en": ("Packing slip", "Order", "Ship to", "Sent with", "Tracking number", "Article", "Description",
           "Pieces", "Total",
           "Thank you for your order.", "RETURN", "From", "Please put this label on the outside of the parcel."),
    "ru": ("Упаковочный лист", "Заказ", "Получатель", "Способ доставки", "Трек-номер", "Артикул",
           "Наименование", "Кол-во", "Итого",
           "Спасибо за заказ.", "ВОЗВРАТ", "От кого", "Пожалуйста, наклейте этот ярлык на посылку снаружи."),
    "es": ("Albarán", "Pedido", "Destinatario", "Enviado con", "Número de seguimiento", "Artículo",
           "Descripción", "Unidades", "Total",
           "Gracias por su pedido.", "DEVOLUCIÓN", "De", "Pegue esta etiqueta en el exterior del paquete."),
    "pt": ("Lista de embalagem", "Pedido", "Destinatário", "Enviado por", "Código de rastreio", "Artigo",
           "Descrição", "Peças", "Total",
           "Obrigado pela sua compra.", "DEVOLUÇÃO", "De", "Cole esta etiqueta na parte de fora do pacote."),
    "fr": ("Bon de livraison", "Commande", "Destinataire", "Envoyé par", "Numéro de suivi", "Article",
           "Désignation", "Pièces", "Total",
           "Merci pour votre commande.", "RETOUR", "De", "Collez cette étiquette sur l’extérieur du colis."),
    "de": ("Lieferschein", "Bestellung", "Empfänger", "Versand mit", "Sendungsnummer", "Artikel",
           "Bezeichnung", "Stück", "Summe",
           "Vielen Dank für Ihre Bestellung.", "RÜCKSENDUNG", "Von",
           "Bitte kleben Sie dieses Etikett außen auf das Paket."),
    "it": ("Distinta di imballaggio", "Ordine", "Destinatario", "Spedito con", "Numero di tracciamento",
           "Articolo", "Descrizione", "Pezzi",
           "Totale", "Grazie per il suo ordine.", "RESO", "Da", "Applicare questa etichetta all’esterno del pacco."),
    "pl": ("List pakunkowy", "Zamówienie", "Odbiorca", "Wysłano przez", "Numer przesyłki", "Artykuł",
           "Opis", "Sztuk", "Razem",
           "Dziękujemy za zamówienie.", "ZWROT", "Od", "Prosimy nakleić tę etykietę na zewnątrz paczki."),
    "nl": ("Pakbon", "Bestelling", "Geadresseerde", "Verzonden met", "Trackingnummer", "Artikel",
           "Omschrijving", "Stuks", "Totaal",
           "Bedankt voor uw bestelling.", "RETOUR", "Van", "Plak dit etiket op de buitenkant van het pakket."),
    "uk": ("Пакувальний лист", "Замовлення", "Одержувач", "Спосіб доставки", "Номер відстеження", "Артикул",
           "Назва", "К-сть", "Разом",
           "Дякуємо за замовлення.", "ПОВЕРНЕННЯ", "Від кого", "Будь ласка, наклейте цю етикетку на посилку ззовні."),
    "tr": ("İrsaliye", "Sipariş", "Alıcı", "Gönderim", "Takip numarası", "Ürün", "Açıklama", "Adet",
           "Toplam", "Siparişiniz için teşekkürler.",
           "İADE", "Gönderen", "Lütfen bu etiketi paketin dışına yapıştırın."),
    "ja": ("納品書", "注文番号", "お届け先", "配送方法", "追跡番号", "商品番号", "品名", "数量",
           "合計", "ご注文ありがとうございます。", "返品", "差出人",
           "このラベルを荷物の外側に貼ってください。"),
    "ko": ("거래명세서", "주문", "받는 사람", "배송 방법", "운송장 번호", "상품 번호", "상품명",
           "수량", "합계", "주문해 주셔서 감사합니다.", "반품",
           "보내는 사람", "이 라벨을 소포 바깥쪽에 붙여 주세요."),
    "ar": ("قائمة التعبئة", "الطلب", "المستلم", "طريقة الشحن", "رقم التتبع", "الرمز", "الوصف", "العدد",
           "المجموع", "شكرًا لطلبك.", "مرتجع", "من",
           "يرجى لصق هذا الملصق على الطرد من الخارج."),
    "he": ("תעודת משלוח", "הזמנה", "נמען", "שיטת משלוח", "מספר מעקב", "פריט", "תיאור", "כמות", "סה״כ",
           "תודה על הזמנתך.", "החזרה", "מאת",
           "נא להדביק תווית זו על החבילה מבחוץ."),
    "th": ("ใบแพ็กสินค้า", "คำสั่งซื้อ", "ผู้รับ", "จัดส่งโดย", "หมายเลขติดตาม", "รหัสสินค้า", "รายการ",
           "จำนวน", "รวม", "ขอบคุณสำหรับคำสั่งซื้อ",
           "คืนสินค้า", "จาก", "โปรดติดป้ายนี้ด้านนอกพัสดุ"),
    "vi": ("Phiếu đóng gói", "Đơn hàng", "Người nhận", "Vận chuyển", "Mã vận đơn", "Mã hàng", "Tên hàng",
           "Số lượng", "Tổng",
           "Cảm ơn bạn đã đặt hàng.", "TRẢ HÀNG", "Từ", "Vui lòng dán nhãn này bên ngoài gói hàng."),
    "id": ("Daftar kemasan", "Pesanan", "Penerima", "Dikirim dengan", "Nomor pelacakan", "Artikel",
           "Keterangan", "Jumlah", "Total",
           "Terima kasih atas pesanan Anda.", "RETUR", "Dari", "Tempelkan label ini di bagian luar paket."),
    "zh": ("装箱单", "订单", "收件人", "运输方式", "运单号", "货号", "品名", "数量", "合计",
           "感谢您的订购。", "退货", "寄件人", "请将此标签贴在包裹外面。"),
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {
    language: dict(zip(NAMES, row, strict=True)) for language, row in _ROWS.items()
}


def slip_words(language: str) -> Mapping[str, str]:
    """The words in the buyer's language (the part before the hyphen counts), English where there are none."""
    return WORDS.get(language.split("-")[0].lower(), WORDS["en"])


def language_here(language: str) -> str:
    """The language in which those words are, for the direction and shapes of the letters."""
    short = language.split("-")[0].lower()
    return short if short in WORDS else "en"
