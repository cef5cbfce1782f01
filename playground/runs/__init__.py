"""Runs: started once, logged as they go, watched by anybody who may.

An order's way through the modules:

- in: `order`, `admit`, `resend`, `queue`; `history` is what the model is told
- at work: `engine` and its `tasks`; `answer`, then `drive` with `hooks`, `bounded`, `watchdog`, `ledger`, `verdicts`
- said: `translate` with `message`, `activity`, `calls`, `notes`, `spelled`; `outlet`, `coalesce`
- kept and followed: `live`, `journal`; `readers`, `grace`, `kept`
- tools: `stage`, `presses` (what they show, what is done with it); `world`, `worlds`, `outcome` (what lanes share)
- waiting for the visitor: `parking`, `paused`, `pending`; `approvals`, `supply`, `resumed`
- in time: `keeper`, `lifecycle`, `recovery`; `cut` for forks
"""
