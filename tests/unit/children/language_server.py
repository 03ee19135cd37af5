"""llama.cpp's own OpenAI-compatible server on a loopback port, until its input ends. Arguments: model, key."""

from __future__ import annotations

import os
import sys

os.environ["OMP_WAIT_POLICY"] = "passive"

import xllamacpp


def main() -> None:
    params = xllamacpp.xllamacpp.CommonParams()
    params.model.path, params.api_keys = sys.argv[1], [sys.argv[2]]
    params.n_ctx, params.n_parallel, params.n_batch, params.n_ubatch = 1024, 1, 32, 32
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.warmup = params.fit_params = params.ui = False
    params.use_jinja, params.verbosity = True, -1
    server = xllamacpp.xllamacpp.Server(params)
    print("at", server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
