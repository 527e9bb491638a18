"""What every look at the face uses: the browser."""
