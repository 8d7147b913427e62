"""From sources to pages: by LaTeX where it is there, else as a preview."""
