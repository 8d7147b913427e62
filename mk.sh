g () 
{ 
    echo "\$ gonogo $*";
    $G "$@" 2>&1;
    echo "rc=$?"
}
