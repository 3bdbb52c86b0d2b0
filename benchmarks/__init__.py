"""What Printgate is measured with: `python -m benchmarks.run` starts the servers, loads them and prints the table.

Start reading at `scenarios`: one row per scenario.
"""
