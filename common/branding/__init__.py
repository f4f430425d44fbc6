"""The marks of the site: its icons, and the cards that are shown where somebody shares a link."""
