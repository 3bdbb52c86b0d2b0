"""Output devices and the fleet: IPP and JetDirect to them, SNMP about them."""
