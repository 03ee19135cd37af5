"""Words that the detectors know: those that are no password, no name, nobody's and no home's."""

from __future__ import annotations

LINKS = """
    a an the not no too to in on at of for my your his her its our their what that this these it being been
    still also always never only just very quite really so as now already probably maybe perhaps there here
    where who whose which and or but with without from by up out under over than then if when while because
    please can could would should will shall do does did i you we they he she me us them tell write say send
    use type remember save note keep let is was are be have has had get got got stored somewhere everywhere
    nowhere something anything nothing everything one some any all both none easy how why about like thanks
    ein eine einen der die das den dem nicht kein keine zu sehr und oder aber mit ohne noch schon immer nur
    auch leider bitte wie was wo im am auf unter bei für von le la les un une pas trop très et ou mais avec
    sans el los las muy no y pero con sin il lo gli non troppo molto e ma een het de niet te en maar
"""
"""Words that no password begins with, and at which one ends."""

SAYS = """
    wrong right correct incorrect invalid valid required needed necessary missing empty weak strong secure
    insecure safe unsafe good bad great long short hard same different new old set fine ok okay gone lost
    known unknown secret public private case sensitive important blank broken written shown hidden forgotten
    protected common complicated impossible simple nice terrible enough longer shorter stronger better worse
    due given taken sent kept held made bad free full mine yours ours theirs case-sensitive well-known
    optional mandatory personal temporary permanent random default unique obvious crap stupid falsch richtig
    vergessen sicher unsicher lang kurz neu alt weg leer gut schlecht schwach stark egal geheim abgelaufen
    ungültig gültig notwendig incorrecto incorrecta faux fausse long longue court courte oublié expiré
    incorrecte errata sbagliata corretta olvidada correcta larga corta verkeerd vergeten
"""
"""Words that say something of a password, and are none."""

FAMOUS = """
    google microsoft apple amazon github gitlab kernel archlinux debian ubuntu gnu apache mozilla wikipedia
    yahoo outlook icloud ibm oracle python docker grafana home-assistant plex jellyfin nextcloud proxmox
    bitwarden synology cloudflare alibaba alibabacloud tencent digitalocean mongodb redhat hashicorp aws
    azure x openai anthropic adobe dropbox mail raspberrypi
"""
"""Names of domains that are nobody's home."""

NOBODY = """
    user username runner ubuntu public default shared your you me root admin all $user ~ pi guest
"""
"""Names of accounts that are nobody's."""

NO_STREET = """
    block blocks down the a an this that on along of mile miles km minute minutes hour hours year years day
    days way lane star dead end side per to and in is busy long wide main meters metres feet times cars
    people houses from up across at with for by or new old quiet small big
"""
"""Words that stand between a number and a street without being its name."""

NAMES_TOO = """
    will may mark rose grace hope joy faith bill frank art ray june april august sky dawn max jack rob pat
    sue drew chase hunter angel ivy lily daisy olive ruby pearl amber crystal summer autumn robin guy rich
    earl dean basil sandy penny victor victoria paris florence sydney christian iris heather holly
"""
"""Names that are words too: at the beginning of a sentence they are taken for the word."""

NO_NAMES = """
    owner admin hub me guest user you the everybody family home kitchen tablet
"""
"""What people are called that is no name."""
