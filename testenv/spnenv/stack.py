# SPDX-License-Identifier: GPL-3.0-or-later
"""Put spn_policy on top of a provisioned sam.ldb; run inside its network.

To be replaced by `bin/tools/spn-policy enable` as soon as that exists.
"""

import os


def main(argv):
    import ldb
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB

    lp = LoadParm()
    lp.load(argv[0])
    url = os.path.join(lp.get("private dir"), "sam.ldb")
    samdb = SamDB(url, session_info=system_session(), lp=lp,
                  options=["modules:"])
    message = ldb.Message(ldb.Dn(samdb, "@MODULES"))
    message["@LIST"] = ldb.MessageElement(
        ["spn_policy,samba_dsdb"], ldb.FLAG_MOD_REPLACE, "@LIST")
    samdb.modify(message)
    return 0
