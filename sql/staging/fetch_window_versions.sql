FETCH 5000 FROM window_versions;
