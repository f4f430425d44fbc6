"""What a mentee asks (the brief), and how much one person may ask."""
