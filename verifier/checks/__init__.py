"""The checks, by theme; `verifier.table` lists them in order. Each takes the case and answers with a finding."""
