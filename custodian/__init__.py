"""The custodian's agent 密钥托管方代理: own machine, own key, own clock; talks only HTTP and believes nothing unsigned.

Must never see ciphertext, another custodian's share, or Django.
"""

VERSION = "0.2.0"  # told to the platform at every greeting
