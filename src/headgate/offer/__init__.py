"""What a computer is offered: [MS-WUSP] 3.1.5.7 as pure functions, no database, clock or HTTP."""
