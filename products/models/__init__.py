"""Tables of articles and of their appearances in stores."""

from products.models.catalogue import Sku
from products.models.listing import ChannelItem, SkuMatch

__all__ = ["ChannelItem", "Sku", "SkuMatch"]
