"""Who people are, for whom they act, and who may do what: organisations, memberships, certificates, the one policy.

Must never know of bids, scores or pages: the policy judges a `Subject` that the domain packages describe.
"""
