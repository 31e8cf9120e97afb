"""Small files in the forms that publishers use, with invented films."""

from pathlib import Path

MOVIES = """\
movieId,title,genres
1,"Grey Door, The (1971)",Drama|Sci-Fi
2,Two Rivers (1980),Comedy|Children
3,Only Children (1990),Animation|Children
4,Untagged (2001),(no genres listed)
5,"Harbour, The (Port, Le) (2002) ",Thriller|Drama
6,Sixth (2003),Drama
7,Seventh,Horror
8,Odd (1999),Drama|Dramatic
"""
TRAILERS = """\
youtubeId,movieId,title
aaaaaaaaaa1,1,"Grey Door, The (1971)"
aaaaaaaaaa2,2,Two Rivers (1980)
aaaaaaaaaa3,3,Only Children (1990)
aaaaaaaaaa4,4,Untagged (2001)
aaaaaaaaaa2,5,"Harbour, The (Port, Le) (2002)"
aaaaaaaaa6/,6,Sixth (2003)
aaaaaaaaaa7,7,Seventh
aaaaaaaaaa7,7,Seventh
aaaaaaaaaa8,8,Odd (1999)
aaaaaaaaaa9,9,Not in movies.csv (1999)
aaaaaaaa10x,1
aaaaaaaa11x,7,Seventh
"""
LINKS = """\
movieId,imdbId,tmdbId
1,0000101,901
2,0000102,902
3,0000103,903
4,0000404,904
5,0000105,905
6,0000106,905
7,0000107,
99,0000199,999
"""


def write(folder: Path, **files: str | bytes) -> list[Path]:
    """Each text in a file called by its name, as CSV; lines end in CRLF, as in most of them."""
    paths = []
    for name, text in files.items():
        path = folder / f"{name}.csv"
        data = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
        path.write_bytes(data)
        paths.append(path)
    return paths
