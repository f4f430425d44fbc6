from django.urls import path

from .views import webhooks
from .views.deliveries import staff_deliveries, staff_deliveries_retry, staff_delivery_retry
from .views.inbox import notification_list, notifications_read
from .views.preferences import notification_settings, unsubscribe_from_group

urlpatterns = [
    path("notifications/", notification_list, name="notifications"),
    path("notifications/read/", notifications_read, name="notifications_read"),
    path("settings/notifications/", notification_settings, name="notification_settings"),
    path("unsubscribe/<str:token>/", unsubscribe_from_group, name="unsubscribe"),
    path("staff/deliveries/", staff_deliveries, name="staff_deliveries"),
    path("staff/deliveries/retry/", staff_deliveries_retry, name="staff_deliveries_retry"),
    path("staff/deliveries/<int:pk>/retry/", staff_delivery_retry, name="staff_delivery_retry"),
    path("staff/webhooks/", webhooks.staff_webhooks, name="staff_webhooks"),
    path("staff/webhooks/add/", webhooks.staff_webhook_add, name="staff_webhook_add"),
    path("staff/webhooks/<uuid:uuid>/", webhooks.staff_webhook, name="staff_webhook"),
    path("staff/webhooks/<uuid:uuid>/change/", webhooks.staff_webhook_change, name="staff_webhook_change"),
    path("staff/webhooks/<uuid:uuid>/again/", webhooks.staff_webhook_resend_all, name="staff_webhook_resend_all"),
    path("staff/webhooks/told/<uuid:uuid>/again/", webhooks.staff_webhook_resend, name="staff_webhook_resend"),
]
