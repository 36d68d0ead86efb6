"""Reports: what somebody sees of the incidents, as a PDF, on demand or every week by e-mail."""
