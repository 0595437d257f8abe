"""The product's addresses and, beside them, the floor's."""

from django.urls import path

from bench import floor
from erp.urls import urlpatterns as product

urlpatterns = [
    path("floor/orders/", floor.page),
    path("floor/api/", floor.api),
    path("floor/api/<int:pk>/", floor.Detail.as_view()),
    *product,
]
