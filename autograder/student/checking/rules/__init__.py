"""What every task is tested for, whatever it computes: see `test_rules`."""
