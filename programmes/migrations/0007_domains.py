"""Domains of email addresses that let people into a programme."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0006_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DomainRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(max_length=253)),
                ("gives", models.BooleanField(default=False)),
                ("asks", models.BooleanField(default=True)),
                ("needs_yes", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="domains", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("domain", "programme"), name="domain_once_in_a_programme"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("domain", django.db.models.functions.text.Lower("domain")),
                            ("domain__regex", "^[a-z0-9.-]+\\.[a-z0-9-]+$"),
                        ),
                        name="domain_in_small_letters",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "domain__in",
                                (
                                    "126.com",
                                    "163.com",
                                    "aol.com",
                                    "bk.ru",
                                    "bluewin.ch",
                                    "comcast.net",
                                    "duck.com",
                                    "fastmail.com",
                                    "free.fr",
                                    "freenet.de",
                                    "gmail.com",
                                    "gmx.at",
                                    "gmx.ch",
                                    "gmx.com",
                                    "gmx.de",
                                    "gmx.net",
                                    "googlemail.com",
                                    "hey.com",
                                    "hotmail.co.uk",
                                    "hotmail.com",
                                    "hotmail.de",
                                    "hotmail.es",
                                    "hotmail.fr",
                                    "hotmail.it",
                                    "icloud.com",
                                    "inbox.ru",
                                    "laposte.net",
                                    "libero.it",
                                    "list.ru",
                                    "live.com",
                                    "live.co.uk",
                                    "live.fr",
                                    "live.nl",
                                    "mac.com",
                                    "mail.com",
                                    "mail.ru",
                                    "mailbox.org",
                                    "me.com",
                                    "msn.com",
                                    "naver.com",
                                    "orange.fr",
                                    "outlook.com",
                                    "outlook.de",
                                    "outlook.es",
                                    "outlook.fr",
                                    "pm.me",
                                    "posteo.de",
                                    "proton.me",
                                    "protonmail.com",
                                    "qq.com",
                                    "rambler.ru",
                                    "rediffmail.com",
                                    "seznam.cz",
                                    "sfr.fr",
                                    "sina.com",
                                    "t-online.de",
                                    "telia.com",
                                    "tuta.com",
                                    "tutanota.com",
                                    "virgilio.it",
                                    "wanadoo.fr",
                                    "web.de",
                                    "wp.pl",
                                    "yahoo.co.jp",
                                    "yahoo.co.uk",
                                    "yahoo.com",
                                    "yahoo.de",
                                    "yahoo.es",
                                    "yahoo.fr",
                                    "yahoo.it",
                                    "yandex.com",
                                    "yandex.ru",
                                    "ymail.com",
                                    "ziggo.nl",
                                    "zoho.com",
                                ),
                            ),
                            _negated=True,
                        ),
                        name="domain_is_not_of_free_mail",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gives", True), ("asks", True), _connector="OR"),
                        name="domain_lets_people_give_or_ask",
                    ),
                ],
            },
        ),
    ]
