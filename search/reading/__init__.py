"""Where the reader of `search.understanding` meets the database: what it learns from, where it is kept, who asks."""
