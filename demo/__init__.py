"""An invented world to try the product in: `manage.py seed_demo`. Nobody in it exists; its addresses lead nowhere."""
