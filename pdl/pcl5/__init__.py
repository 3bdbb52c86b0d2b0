"""PCL 5 (also 3, 4, 5e, 5c): count the pages of a stream (`count`), set its copies and sides (`rewrite`)."""
