FETCH :count FROM window_versions;
