"""Domains at which anyone gets a mailbox: an address there says nothing about where its person belongs."""

FREE_MAIL = (
    "126.com", "163.com", "aol.com", "bk.ru", "bluewin.ch", "comcast.net", "duck.com", "fastmail.com", "free.fr",
    "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hey.com",
    "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "icloud.com", "inbox.ru",
    "laposte.net", "libero.it", "list.ru", "live.com", "live.co.uk", "live.fr", "live.nl", "mac.com", "mail.com",
    "mail.ru", "mailbox.org", "me.com", "msn.com", "naver.com", "orange.fr", "outlook.com", "outlook.de", "outlook.es",
    "outlook.fr", "pm.me", "posteo.de", "proton.me", "protonmail.com", "qq.com", "rambler.ru", "rediffmail.com",
    "seznam.cz", "sfr.fr", "sina.com", "t-online.de", "telia.com", "tuta.com", "tutanota.com", "virgilio.it",
    "wanadoo.fr", "web.de", "wp.pl", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.es", "yahoo.fr",
    "yahoo.it", "yandex.com", "yandex.ru", "ymail.com", "ziggo.nl", "zoho.com",
)  # fmt: skip
