"""``/v1/realtime``: a talk by voice over one WebSocket, in the events of OpenAI's realtime API.

`entry` lets people in, `call` is one socket, `answer` one response, `items` the talk so far, `settings`
what the client chose, `sound` its formats, `dialect` the names of the general and of the beta API.
"""
