"""Tables of registered attributes, one module for each object; `ipp.registry` looks things up in them."""
