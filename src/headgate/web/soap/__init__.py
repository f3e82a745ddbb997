"""The door of computers: the vendor's SOAP services on ours ([MS-WUSP] 2; FACTS §1)."""
