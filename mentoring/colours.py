"""The colours of static/css/app.css, as the admin asks for them."""

SHADES = ["50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950"]
OF_ADMIN = {
    "base": "#F2F6F5 #E6EEEC #CFDBD9 #B0C3C4 #93A9AB #566B6E #3F5659 #24393D #16292D #102023 #091517",
    "primary": "#EEF6F7 #D9EBEC #BDE8EC #A9E2E8 #86D3DC #5DBCC8 #0B5563 #073E49 #0A3A44 #06343D #04252B",
}
COLOURS = {name: dict(zip(SHADES, row.split(), strict=True)) for name, row in OF_ADMIN.items()}
