"""The marks of the site: its icons, and the cards that other sites show beside a link."""
