from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "Back office"

    def ready(self) -> None:
        from django.urls import reverse

        from accounts.hooks import start_pages

        start_pages.append(lambda user: reverse("staff_home") if user.is_staff else None)
