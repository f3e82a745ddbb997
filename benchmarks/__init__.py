"""What Headgate costs: time, memory and disk, measured on the machine at hand.

``python -m benchmarks [NAME…]``. Material comes from the simulator's generator, sources are
simulators in processes of their own, and the commands measured are those people type.
"""
