-- Texts are compared by their bytes from here on, whatever the database's own locale is.
SET LOCALE TO 'en_US@collation=binary';
