"""GPU memory: one ledger of who holds how much of which card, of what was measured, and of what may still be promised.

Whoever measures cards writes what it saw (``ledger.measured``), whoever loads models says so (``ledger.loading``,
``loaded``, ``gone``, ``keep_server``), and work takes its lease when it is claimed. All of it is judged by pure rules.
"""
