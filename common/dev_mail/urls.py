from django.urls import path

from . import views

app_name = "dev_mail"

urlpatterns = [
    path("", views.mail_list, name="list"),
    path("<str:name>/", views.mail_detail, name="detail"),
    path("<str:name>/html/", views.mail_html, name="html"),
    path("<str:name>/part/<int:number>/", views.mail_part, name="part"),
]
