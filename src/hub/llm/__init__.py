"""Language models: the port that they share, and the router that asks them in turn.

A request passes the `stations` on its way: `private`, `money`, `breakers`; `routing` leads it. Who answers
are `servers`, the model that is `onboard`, and at last the `canned` line. `figures` tell how that went.
"""
