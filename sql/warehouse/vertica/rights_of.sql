-- What the user may do with an object, by whatever way he came to it; it takes no more than one object.
-- :kind such as 'schema', :name its name.
SELECT GET_PRIVILEGES_DESCRIPTION(:kind, :name) AS privileges;
