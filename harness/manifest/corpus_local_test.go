package manifest
import ("testing";"fmt";"time";"os")
func TestCorpusLocal(t *testing.T){
	t0:=time.Now(); builtinKinds(); fmt.Println("table",time.Since(t0))
	t0=time.Now()
	srcs,err:=Find([]string{"/work/shared/corpus"},Options{})
	fmt.Println(len(srcs),err,time.Since(t0))
	t0=time.Now()
	n,docs:=0,0
	out,_:=os.Create("/tmp/corpus.out")
	var files []File
	for _,s:=range srcs{ files=append(files,Read(s,Options{})) }
	fmt.Println("read",time.Since(t0))
	for _,f:=range files{
		if f.Skipped!=""{fmt.Fprintln(out,"FILESKIP",f.Path,f.Skipped)}
		if f.Err!=nil{fmt.Fprintln(out,"FILEERR",f.Err)}
		for _,d:=range f.Documents{ docs++
			if d.Skipped!=""{fmt.Fprintln(out,"DOCSKIP",f.Path,d.Number,d.Skipped)}
			for _,e:=range d.Errors{fmt.Fprintln(out,"DOCERR",e)}
			for _,o:=range d.Objects{n++; for _,u:=range o.Unknown{fmt.Fprintln(out,"UNKNOWN",f.Path,u.Path,u.Message)}}
		}
	}
	fmt.Println(docs,n)
}
