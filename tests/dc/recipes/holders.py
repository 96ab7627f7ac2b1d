# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule holders finds: recipes, as __init__.py says."""

import uuid

from recipes import DISABLED, DISABLED_WORKSTATION, OLD


def disabled(d):
    pair = d.pair(d.label("web"))
    d.wrong("SPN-501", pair[0], d.user(d.label("u"), pair,
                                       userAccountControl=DISABLED))


def expired(d):
    pair = d.pair(d.label("web"))
    d.wrong("SPN-501", pair[0], d.gmsa(d.label("g"), pair,
                                       accountExpires=OLD))


def forgotten(d):
    name = d.label("pc")
    d.wrong("SPN-502", "HOST/" + name, d.computer(
        name, pwdLastSet=OLD, lastLogonTimestamp=OLD))


def conflict(d):
    name, pair = d.label("lost"), d.pair(d.label("web"))
    d.wrong("SPN-503", pair[0], d.gmsa(
        name, pair, dn="CN=%s\\0ACNF:%s,OU=accounts,%s" % (
            name, uuid.UUID(int=d.random.getrandbits(128)), d.dn)))


def deleted(d):
    pair = d.pair(d.label("web"))
    holder = d.gmsa(d.label("ga"), pair)
    name = d.label("gb")
    d.wrong("SPN-504", pair[0], holder, d.gmsa(
        name, pair[:1], isDeleted="TRUE", dn="CN=%s\\0ADEL:%s,"
        "CN=Deleted Objects,%s" % (
            name, uuid.UUID(int=d.random.getrandbits(128)), d.dn)))


def like_administrator(d):
    spn = "foo/" + d.label("app")
    d.wrong("SPN-505", spn, d.user(d.label("adm-"), [spn]))


def not_its_host(d):
    name, other = d.label("web"), d.label("other")
    d.computer(name)
    d.computer(other)
    spn = "foo/" + name
    d.wrong("SPN-506", spn, d.gmsa(d.label("g"), [spn], **{
        "msDS-HostServiceAccountBL": "CN=%s,OU=accounts,%s" % (other, d.dn)}))


def additional_name(d):
    also = d.fqdn(d.label("also"))
    d.wrong("SPN-507", "HOST/" + also, d.computer(d.label("pc"), **{
        "msDS-AdditionalDnsHostName": also}))


def prepared(d):
    name = d.label("pc")
    d.wrong("SPN-508", "HOST/" + name, d.computer(
        name, userAccountControl=DISABLED_WORKSTATION, pwdLastSet=0,
        lastLogonTimestamp=0))


def cluster_name(d):
    name = d.label("vs")
    d.wrong("SPN-508", "HOST/" + name, d.computer(
        name, ["MSClusterVirtualServer/" + name], pwdLastSet=OLD,
        lastLogonTimestamp=OLD))


RECIPES = {
    "SPN-501": [disabled, expired],
    "SPN-502": [forgotten],
    "SPN-503": [conflict],
    "SPN-504": [deleted],
    "SPN-505": [like_administrator],
    "SPN-506": [not_its_host],
    "SPN-507": [additional_name],
    "SPN-508": [prepared, cluster_name],
}
