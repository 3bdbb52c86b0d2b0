"""Where rows and document bytes live: database engine, migrations, spool, keys."""
