"""Every write of tendering: one verb phrase a file, one outermost transaction each, none calls another."""
