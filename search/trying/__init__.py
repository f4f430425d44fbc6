"""What people would meet in a programme by its rules, before it opens: nobody is asked, and nothing is written."""
