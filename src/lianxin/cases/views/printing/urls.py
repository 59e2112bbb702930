"""Addresses of what is printed."""

from django.urls import path

from lianxin.cases.views.printing import lists, minutes, slips

urlpatterns = [
    path("cases/<str:number>/slip/", slips.slip, name="case-slip"),
    path("cases/<str:number>/slip.pdf", slips.slip_pdf, name="case-slip-pdf"),
    path("cases/<str:number>/minutes/<int:seq>/", minutes.minutes, name="case-minutes"),
    path("desk/print/", lists.print_page, name="desk-print"),
    path("desk/print/list.pdf", lists.list_pdf, name="desk-print-list"),
    path("desk/print/register.pdf", lists.register_pdf, name="desk-print-register"),
]
