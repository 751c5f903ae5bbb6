-- `manage.py restore` loads a backup into a database beside the site's own, and keeps what was there in another.
GRANT ALL ON `caa\_%`.* TO 'caa'@'%';
