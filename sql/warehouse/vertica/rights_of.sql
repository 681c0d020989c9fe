-- What the user may do with an object, by whatever way he came to it; it takes no more than one object.
SELECT GET_PRIVILEGES_DESCRIPTION(:object_kind, :object_name) AS privileges;
