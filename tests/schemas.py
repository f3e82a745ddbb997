"""The schemas inside WSDLs, as something that validates messages."""

from pathlib import Path

from lxml import etree

XSD = "http://www.w3.org/2001/XMLSchema"


def compiled(wsdl: Path, folder: Path) -> etree.XMLSchema:
    """A WSDL keeps one schema per namespace in one file; a validator wants files of their own."""
    found = etree.parse(str(wsdl)).findall(f".//{{{XSD}}}schema")
    places = {schema.get("targetNamespace"): f"{number}.xsd" for number, schema in enumerate(found)}
    for schema in found:
        for imported in schema.findall(f"{{{XSD}}}import"):
            imported.set("schemaLocation", places[imported.get("namespace")])
        (folder / places[schema.get("targetNamespace")]).write_bytes(etree.tostring(schema))
    imports = "".join(
        f'<import namespace="{name}" schemaLocation="{place}"/>' for name, place in places.items()
    )
    (folder / "all.xsd").write_text(f'<schema xmlns="{XSD}">{imports}</schema>')
    return etree.XMLSchema(etree.parse(str(folder / "all.xsd")))
