-- Room in each page of what carries counts, so that a like or a reply changes a row in place without touching its indexes.

alter table subject set (fillfactor = 80);
alter table proposal set (fillfactor = 85);
